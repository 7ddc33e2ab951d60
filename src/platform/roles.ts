/** The role the product works as. Migrations and set-up work as the owner. */
export const APP_ROLE = 'payonce_app'
