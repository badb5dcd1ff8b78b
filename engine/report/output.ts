/** Where a renderer writes: a stream whose reader may go away (`| head`) without that being an error. */
export interface Output {
  write(text: string): void;
  /** Resolves when everything written so far has left the process, or nobody reads it any more. */
  drained(): Promise<void>;
}

const guarded = new WeakSet<NodeJS.WritableStream>();
const gone = new WeakSet<NodeJS.WritableStream>();

export function openOutput(stream: NodeJS.WritableStream): Output {
  if (!guarded.has(stream)) {
    guarded.add(stream);
    stream.on('error', (error: NodeJS.ErrnoException) => {
      gone.add(stream);
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error;
    });
  }
  return {
    write: (text) => {
      if (text !== '' && !gone.has(stream)) stream.write(text);
    },
    drained: () =>
      new Promise((resolve) => {
        if (gone.has(stream)) resolve();
        else stream.write('', () => resolve());
      }),
  };
}
