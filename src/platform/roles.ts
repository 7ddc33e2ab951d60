/**
 * Group roles that hold the rights (`prisma/migrations/0004_roles`, `0011_least_rights`). Nobody can log in
 * as them: each installation has logins of its own, which are members. Migrations work as the owner of the
 * tables, which is neither.
 */
export const APP_ROLE = 'payonce_app'
export const BANK_ROLE = 'payonce_bank'
export type ProductRole = typeof APP_ROLE | typeof BANK_ROLE
