# step: pending
kubectl apply -f shop.yaml
kubectl rollout restart deployment web
