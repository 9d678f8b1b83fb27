"""Two shippers share a lorry; freight waits for proof of delivery, lateness costs by the hour."""
