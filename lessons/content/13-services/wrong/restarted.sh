# step: mismatch
kubectl rollout restart deployment web
