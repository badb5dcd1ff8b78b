/** A systemd unit. In a prediction, unknown fields are undefined. */
export interface UnitState {
  /**
   * systemd's LoadState (`loaded`, `not-found`, `masked`, `bad-setting`, `error`), or `unmanaged` if systemd does not
   * run. In a prediction, `unmasked` means that the unit is no longer masked, but that its LoadState is unknown: the
   * mask may have hidden a unit, or none.
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
  /** True if the unit supports `reload`. */
  readonly canReload?: boolean | undefined;
  /** True if the unit has run since systemd loaded it. Tells a finished oneshot from a unit that was never started. */
  readonly ran?: boolean | undefined;
  /** Changes with every start. Empty if the unit was never started. */
  readonly invocation?: string | undefined;
  /** The links that its [Install] section asks for, if they are known. */
  readonly wantedLinks?: readonly string[] | undefined;
  /** The existing links, such as `multi-user.target.wants/etcd.service`. */
  readonly links?: readonly string[] | undefined;
  /** All names of the unit; undefined if it has only one. */
  readonly names?: readonly string[] | undefined;
  /** Only in a prediction: an earlier task removes a mask, and it is unknown whether the mask covers a unit. */
  readonly isBehindMask?: boolean | undefined;
  /** Only in a prediction: the invocation that must have ended. */
  readonly endedInvocation?: string | undefined;
}
