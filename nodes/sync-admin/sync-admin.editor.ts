import type { Prepare } from '../common/dialog.editor';

const risky = ['setDestinations', 'removeDestinations', 'deleteOrganization', 'resend'];

/** Warns of what is hard to undo. */
export const prepare: Prepare = (node, { form, follow }) => {
  follow(() => {
    const action = form.value('action');
    const warns = risky.includes(action);
    $('#sync-admin-warning')
      .toggle(warns)
      .text(warns ? node._(`sync-admin.warning.${action}`) : '');
  });
};
