/** The frame of every page for shoppers. */
export const common = {
  skip: 'Skip to the content',
  language: 'Language',
  home: 'Payonce, the shop',
  navigation: 'Main',
  docs: 'Docs',
  dashboard: 'Dashboard',
  secure: 'Secure checkout',
  once: 'Payments by Payonce: you pay only once.',
  help: 'Help',
  backTo: 'Back to <name>{merchant}</name>',
  theme: { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark', change: 'Change' },
  copy: 'Copy',
  copied: 'Copied',
} as const
