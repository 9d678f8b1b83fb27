"""A factory lets its battery's capacity against a deposit; the tenant delivers too little."""
