import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const position = z.object({ line: z.number(), character: z.number() });
const message = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const wantedSettings = z.object({ items: z.array(z.object({ section: z.string().optional() })) });
const published = z.object({
  uri: z.string(),
  diagnostics: z.array(z.object({ message: z.string(), range: z.object({ start: position, end: position }) })),
});
const completion = z.object({
  items: z.array(
    z.object({ label: z.string(), documentation: z.unknown().optional(), insertText: z.string().optional() }),
  ),
});
const hover = z.object({ contents: z.object({ value: z.string() }) }).nullable();

type Message = z.infer<typeof message>;
export type Position = z.infer<typeof position>;
export type Diagnostic = z.infer<typeof published>['diagnostics'][number];
export type Completion = z.infer<typeof completion>['items'][number];

export interface Settings {
  /** The settings of the workspace, by section (`yaml`). */
  readonly [section: string]: unknown;
}

/** An editor that uses a language server over stdio: only the parts of the protocol that the tests need. */
export class LanguageClient {
  readonly #server: ChildProcessWithoutNullStreams;
  readonly #settings: Settings;
  /** Awaited answers, by the number of the request or the address of the document. */
  readonly #awaited = new Map<string, PromiseWithResolvers<unknown>>();
  #input = Buffer.alloc(0);
  #last = 0;

  private constructor(server: ChildProcessWithoutNullStreams, settings: Settings) {
    this.#server = server;
    this.#settings = settings;
    server.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    server.stderr.pipe(process.stderr);
    server.once('exit', (status) => {
      for (const one of this.#awaited.values()) one.reject(new Error(`the server has ended with ${String(status)}`));
    });
  }

  /** @param program the program that Node runs; it gets `--stdio` */
  static async start(program: string, folder: string, settings: Settings): Promise<LanguageClient> {
    const client = new LanguageClient(spawn(process.execPath, [program, '--stdio'], { cwd: folder }), settings);
    const rootUri = pathToFileURL(folder).href;
    await client.#ask('initialize', {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: 'workspace' }],
      capabilities: {
        workspace: { configuration: true, workspaceFolders: true },
        textDocument: {
          hover: { contentFormat: ['markdown', 'plaintext'] },
          completion: { completionItem: { documentationFormat: ['markdown', 'plaintext'] } },
        },
      },
    });
    client.#tell('initialized', {});
    return client;
  }

  /**
   * Opens a document.
   * @returns the mistakes that the server finds in it
   */
  async open(file: string, text: string): Promise<readonly Diagnostic[]> {
    const uri = pathToFileURL(file).href;
    const found = this.#await(uri);
    this.#tell('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version: 1, text } });
    return published.parse(await found).diagnostics;
  }

  async complete(file: string, at: Position): Promise<readonly Completion[]> {
    return completion.parse(await this.#ask('textDocument/completion', place(file, at))).items;
  }

  /** @returns Markdown; an empty text if the server has nothing to say */
  async hover(file: string, at: Position): Promise<string> {
    return hover.parse(await this.#ask('textDocument/hover', place(file, at)))?.contents.value ?? '';
  }

  async close(): Promise<void> {
    const gone = once(this.#server, 'exit');
    await this.#ask('shutdown', undefined);
    this.#tell('exit', undefined);
    await gone;
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    this.#last += 1;
    const answered = this.#await(String(this.#last));
    this.#send({ id: this.#last, method, params });
    const { error, result } = message.parse(await answered);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  #await(name: string): Promise<unknown> {
    const awaited = Promise.withResolvers<unknown>();
    this.#awaited.set(name, awaited);
    return awaited.promise;
  }

  #settle(name: string, value: unknown): void {
    this.#awaited.get(name)?.resolve(value);
    this.#awaited.delete(name);
  }

  #tell(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  #send(content: Message): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...content });
    this.#server.stdin.write(`Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#input = Buffer.concat([this.#input, chunk]);
    for (;;) {
      const head = this.#input.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#input.toString('latin1', 0, head))?.[1]);
      const end = head + 4 + length;
      if (this.#input.length < end) return;
      const body = this.#input.toString('utf8', head + 4, end);
      this.#input = this.#input.subarray(end);
      this.#take(message.parse(JSON.parse(body)));
    }
  }

  #take(got: Message): void {
    if (got.method === undefined) this.#settle(String(got.id), got);
    else if (got.method === 'textDocument/publishDiagnostics')
      this.#settle(published.parse(got.params).uri, got.params);
    else if (got.id !== undefined) this.#send({ id: got.id, result: this.#answerTo(got) });
  }

  /** The server asks for its settings, and for permission to be notified of changes. */
  #answerTo({ method, params }: Message): unknown {
    if (method !== 'workspace/configuration') return null;
    return wantedSettings.parse(params).items.map(({ section }) => this.#settings[section ?? ''] ?? null);
  }
}

function place(file: string, at: Position): unknown {
  return { textDocument: { uri: pathToFileURL(file).href }, position: at };
}
