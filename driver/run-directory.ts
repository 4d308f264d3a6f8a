/** On tmpfs on every systemd host, so nothing here outlives a reboot. `front/native/main.c` looks for the agent there too. */
export const RUN_DIRECTORY = '/run/keyvault-flexvol';
