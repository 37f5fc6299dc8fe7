# step: too-early
kubectl apply -f shop.yaml
kubectl describe deployment shop
