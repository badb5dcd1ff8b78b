import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const PACKED = gzipSync('unpacked\n');

/** Answers that depend only on the path, the method and the body. */
const ANSWERS: Readonly<Record<string, readonly [number, Readonly<Record<string, string>>, string | Buffer]>> = {
  '/text': [200, { 'content-type': 'text/plain; charset=utf-8' }, 'hello ä\n'],
  '/json': [200, { 'content-type': 'application/json' }, '{"a": [1, 2], "b": "ä"}'],
  '/list': [200, { 'content-type': 'application/json' }, '[1, 2]'],
  '/broken-json': [200, { 'content-type': 'application/json' }, '{"a": '],
  '/latin': [200, { 'content-type': 'text/plain; charset=iso-8859-1' }, Buffer.from('caf\u00e9\n', 'latin1')],
  '/empty': [200, { 'content-type': 'text/plain' }, ''],
  '/lines': [200, { 'content-type': 'text/plain' }, 'a\n\nb\n\n\n'],
  '/none': [404, { 'content-type': 'text/plain' }, 'not here'],
  '/moved': [302, { location: '/text' }, ''],
  '/error': [500, { 'content-type': 'text/plain' }, 'broken'],
  '/created': [201, { 'content-type': 'application/json', 'x-own': 'yes' }, '{"made": true}'],
  '/no-content': [204, {}, ''],
  '/packed': [
    200,
    { 'content-type': 'text/plain', 'content-encoding': 'gzip', 'content-length': String(PACKED.length) },
    PACKED,
  ],
  '/file.tgz': [200, { 'content-type': 'application/octet-stream' }, Buffer.from([1, 2, 3, 0, 255])],
};

export interface WebServer {
  readonly port: number;
  close(): void;
}

export async function webServer(): Promise<WebServer> {
  const server = createServer(respond);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { port: address.port, close: () => server.close() };
}

function respond(request: IncomingMessage, response: ServerResponse): void {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    if (request.url === '/echo') {
      const body = Buffer.concat(parts).toString();
      const { 'content-type': type, 'x-own': own } = request.headers;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ method: request.method, body, type: type ?? null, own: own ?? null }));
      return;
    }
    const [status, headers, body] = ANSWERS[request.url ?? ''] ?? [404, {}, ''];
    response.writeHead(status, headers);
    response.end(request.method === 'HEAD' ? undefined : body);
  });
}
