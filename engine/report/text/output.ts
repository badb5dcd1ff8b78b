/** The target of a renderer: a stream whose reader may disappear (`| head`) without an error. */
export interface Output {
  write(text: string): void;
  /** Resolves when everything written so far has left the process, or when nobody reads it any more. */
  drained(): Promise<void>;
}

/** An output that also accepts bytes without any change. */
export interface StreamOutput extends Output {
  writeBytes(bytes: Uint8Array): void;
}

const guarded = new WeakSet<NodeJS.WritableStream>();
const gone = new WeakSet<NodeJS.WritableStream>();

/**
 * Opens an output. A reader that has disappeared is ignored. If writing fails otherwise (a full disk), stderr gets one
 * message and the run continues: ending it during a change would be worse.
 */
export function openOutput(stream: NodeJS.WritableStream): StreamOutput {
  if (!guarded.has(stream)) {
    guarded.add(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      const known = gone.has(stream);
      gone.add(stream);
      if (known || error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED') return;
      if (stream !== process.stderr)
        openOutput(process.stderr).write(`The output cannot be written any more: ${error.message}\n`);
    });
  }
  return {
    write: (text) => {
      if (text !== '' && !gone.has(stream)) stream.write(text);
    },
    writeBytes: (bytes) => {
      if (bytes.length > 0 && !gone.has(stream)) stream.write(bytes);
    },
    drained: () =>
      new Promise((resolve) => {
        if (gone.has(stream)) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
