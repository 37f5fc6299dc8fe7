# step: again
fault container-kill default/db-1/redis
