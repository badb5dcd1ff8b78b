/** A systemd unit. In a prediction, undefined stands for whatever is not known. */
export interface UnitState {
  /** systemd's LoadState (`loaded`, `not-found`, `masked`, `bad-setting`, `error`), or `unmanaged` where systemd does not run. In a prediction
   * `unmasked`: no longer masked; whether there is a unit behind the mask shows only then. */
  readonly load: string;
  /** systemd's ActiveState. */
  readonly active: string;
  readonly sub?: string | undefined;
  /** systemd's UnitFileState: enabled, disabled, static, masked, generated, …; empty where there is no file. */
  readonly file?: string | undefined;
  readonly needsReload: boolean;
  /** The file that the unit was loaded from; empty without one. */
  readonly fragment?: string | undefined;
  readonly result?: string | undefined;
  readonly type?: string | undefined;
  readonly remainsAfterExit?: boolean | undefined;
  /** Whether it has something to do for `reload`. */
  readonly canReload?: boolean | undefined;
  /** It has run since systemd knows it: tells a oneshot that is done from one that was never started. */
  readonly ran?: boolean | undefined;
  /** Changes with every start. Empty where it was never started. */
  readonly invocation?: string | undefined;
  /** The links that its [Install] section wants, where that can be told. */
  readonly wantedLinks?: readonly string[] | undefined;
  /** Those that there are: `multi-user.target.wants/etcd.service`. */
  readonly links?: readonly string[] | undefined;
  /** In a prediction only: an earlier task takes a mask away, and whether there is a unit behind it shows only then. */
  readonly isBehindMask?: boolean | undefined;
  /** In a prediction only: the invocation that must be over. */
  readonly endedInvocation?: string | undefined;
}
