/** kubectl's connection flags (k8s.io/cli-runtime config_flags.go), as far as they decide where and as whom we connect. */
export interface ConnectionFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly server?: string | undefined;
  readonly token?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
  readonly asUid?: string | undefined;
  /** `key=value`, as kubectl writes them; one key may come several times. */
  readonly asUserExtra?: readonly string[] | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  /** 0 or undefined: no limit but the idle ones. */
  readonly requestTimeoutMs?: number | undefined;
  readonly proxyUrl?: string | undefined;
  readonly disableCompression?: boolean | undefined;
  /** Accepted as kubectl accepts it; nothing is cached on disk. */
  readonly cacheDir?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}
