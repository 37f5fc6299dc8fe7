# step: mismatch
kubectl label service shop app=web
