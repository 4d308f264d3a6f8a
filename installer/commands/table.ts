import type { Command } from './command.ts';

/** All of them. Each loads its code when it is run: the installer at rest needs none of it. */
export const commands: readonly Command[] = [
  {
    name: 'doctor',
    summary: 'examine this node: the driver and what it needs',
    usage: async () => (await import('../doctor/arguments.ts')).usage,
    run: async (args, context) => (await import('../doctor/main.ts')).runDoctor(args, context),
  },
  {
    name: 'uninstall',
    summary: 'take the driver off this node, unless a volume of it is in use',
    usage: async () => (await import('../uninstall/command.ts')).usage,
    run: async (args, context) => (await import('../uninstall/command.ts')).runUninstall(args, context),
  },
  {
    name: 'policy test',
    summary: 'say whether the node policy lets a pod have objects, and why',
    usage: async () => (await import('../policy/question.ts')).usage,
    run: async (args, context) => (await import('../policy/command.ts')).testPolicy(args, context),
  },
  {
    name: 'refresh',
    summary: 'read the volumes of a pod on this node again, now',
    usage: async () => (await import('../rotation/refresh.ts')).usage,
    run: async (args, context) => (await import('../rotation/refresh.ts')).runRefresh(args, context),
  },
  {
    name: 'status',
    summary: 'list the volumes on this node: objects, versions, rotation',
    usage: async () => (await import('../rotation/status.ts')).usage,
    run: async (args, context) => (await import('../rotation/status.ts')).runStatus(args, context),
  },
  {
    name: 'translate',
    summary: 'turn SecretProviderClasses into flexVolumes, and back',
    usage: async () => (await import('../translate/command.ts')).usage,
    run: async (args, context) => (await import('../translate/command.ts')).runTranslate(args, context),
  },
];
