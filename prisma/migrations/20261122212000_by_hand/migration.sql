-- What a delivery was when it was sent again by hand, so that it is that again where the try fails.
ALTER TABLE "Delivery" ADD COLUMN "stateBefore" TEXT;
