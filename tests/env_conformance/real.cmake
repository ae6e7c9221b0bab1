lm_env_conformance(real lm_real_env)
