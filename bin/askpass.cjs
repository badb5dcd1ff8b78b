// Asks the run that started ssh for a secret, over a socket in a folder that only its user can open. The secret is in no argument, file or
// variable. Which ssh asks is said too: one that ssh itself has started, to a jump host, gets no answer.
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
