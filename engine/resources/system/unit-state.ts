/** A systemd unit. In a prediction, unknown fields are undefined. */
export interface UnitState {
  /**
   * systemd's LoadState (`loaded`, `not-found`, `masked`, `bad-setting`, `error`), or `unmanaged` if systemd does not
   * run. In a prediction `unmasked`: no longer masked; whether a unit is behind the mask is not known before.
   */
  readonly load: string;
  /** systemd's ActiveState. */
  readonly active: string;
  readonly sub?: string | undefined;
  /** systemd's UnitFileState: enabled, disabled, static, masked, generated, …; empty without a file. */
  readonly file?: string | undefined;
  readonly needsReload: boolean;
  /** The file that the unit was loaded from; empty without one. */
  readonly fragment?: string | undefined;
  readonly result?: string | undefined;
  readonly type?: string | undefined;
  readonly remainsAfterExit?: boolean | undefined;
  /** Whether it has something to do for `reload`. */
  readonly canReload?: boolean | undefined;
  /** Whether it has run since systemd knows it: distinguishes a finished oneshot from one that was never started. */
  readonly ran?: boolean | undefined;
  /** Changes with every start. Empty if it was never started. */
  readonly invocation?: string | undefined;
  /** The links that its [Install] section asks for, if they are known. */
  readonly wantedLinks?: readonly string[] | undefined;
  /** Those that there are: `multi-user.target.wants/etcd.service`. */
  readonly links?: readonly string[] | undefined;
  /** In a prediction only: an earlier task removes a mask, and whether a unit is behind it is not known before. */
  readonly isBehindMask?: boolean | undefined;
  /** In a prediction only: the invocation that must be over. */
  readonly endedInvocation?: string | undefined;
}
