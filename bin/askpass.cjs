// Asks the run that started ssh for a secret, through a socket in a folder that only its user can open. The secret is
// in no argument, file or variable. The request also says which ssh process asks: a process that ssh itself has started
// for a jump host gets no answer.
const { connect } = require('node:net');

const socket = connect(process.env['RUNBOOK_ASKPASS_SOCKET'] ?? '');
let answer = '';
socket.on('error', () => process.exit(1));
socket.on('data', (data) => (answer += data.toString()));
socket.on('end', () => {
  const told = answer.endsWith('\n');
  process.stdout.write(told ? answer : '', () => process.exit(told ? 0 : 1));
});
socket.write(`${JSON.stringify({ ssh: process.ppid, question: process.argv[2] ?? '' })}\n`);
