"""From a need to confirmed help: referrals that hold capacity, calls for an answer, a record of all of it."""
