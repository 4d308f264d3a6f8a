/** Name of the node configuration beside the driver; kubelet's prober ignores names with a leading dot. */
export const NODE_CONFIG_FILE = '.config.json';

/** How long a mount may take, at least and at most. */
export const DEADLINE_SECONDS = { min: 5, max: 110 };
