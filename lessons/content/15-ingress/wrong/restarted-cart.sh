# step: backend
kubectl rollout restart deployment cart
