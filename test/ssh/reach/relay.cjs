const { connect } = require('node:net');

const [, , host = '', port = ''] = process.argv;
const socket = connect(Number(port), host);
process.stdin.pipe(socket).pipe(process.stdout);
