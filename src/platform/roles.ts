/** Database role of the product. Migrations and set-up work as the owner. */
export const APP_ROLE = 'payonce_app'
