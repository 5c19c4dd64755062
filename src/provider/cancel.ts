/** Takes off its way what is on it; what was delivered stays so, whatever becomes of sending it once more. */
export const CANCEL_WHERE = `UPDATE "Delivery" SET
	"state" = CASE WHEN "manual" AND "stateBefore" = 'delivered' THEN 'delivered' ELSE 'canceled' END,
	"dueAt" = NULL, "manual" = 0, "stateBefore" = NULL, "lease" = NULL, "leasedUntil" = NULL
	WHERE "state" IN ('pending', 'retrying') AND`;
