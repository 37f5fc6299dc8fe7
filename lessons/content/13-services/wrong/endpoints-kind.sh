# step: behind
kubectl rollout restart deployment web
kubectl get endpoints
