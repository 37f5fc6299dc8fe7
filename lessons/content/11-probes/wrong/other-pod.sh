# step: too-early
kubectl apply -f shop.yaml
kubectl logs shop
