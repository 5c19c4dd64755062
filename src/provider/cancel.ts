/**
 * Cancels deliveries that still wait for an attempt. A delivered one stays `delivered`, even if its redelivery is
 * canceled.
 */
export const CANCEL_WHERE = `UPDATE "Delivery" SET
	"state" = CASE WHEN "manual" AND "stateBefore" = 'delivered' THEN 'delivered' ELSE 'canceled' END,
	"dueAt" = NULL, "manual" = 0, "stateBefore" = NULL, "lease" = NULL, "leasedUntil" = NULL
	WHERE "state" IN ('pending', 'retrying') AND`;
