/** Returns the address of a place in a file of the project; undefined if the forge is not known. */
export type PlaceLink = (place: string) => string | undefined;

/**
 * Makes links to lines of files from the variables of GitHub Actions (`GITHUB_SERVER_URL`, `GITHUB_REPOSITORY`,
 * `GITHUB_SHA`) or GitLab CI (`CI_PROJECT_URL`, `CI_COMMIT_SHA`). `prefix`: the working folder relative to the root of
 * the repository, with a `/` at its end, or empty.
 */
export function forgeLinks(environment: Readonly<Record<string, string | undefined>>, prefix: string): PlaceLink {
  const base = baseOf(environment);
  return (place) => {
    const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
    if (base === undefined || file === undefined || file.startsWith('/') || file.startsWith('..')) return undefined;
    return `${base}/${`${prefix}${file}`.split('/').map(encodeURIComponent).join('/')}#L${line}`;
  };
}

function baseOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_SHA: commit,
    CI_PROJECT_URL: project,
    CI_COMMIT_SHA: revision,
  } = environment;
  const base =
    server !== undefined && repository !== undefined && commit !== undefined
      ? `${server}/${repository}/blob/${commit}`
      : project !== undefined && revision !== undefined
        ? `${project}/-/blob/${revision}`
        : undefined;
  return base !== undefined && /^https?:\/\/[\w.:/@~-]+$/.test(base) ? base : undefined;
}
