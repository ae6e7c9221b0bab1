lm_env_conformance(sim lm_sim_env)
