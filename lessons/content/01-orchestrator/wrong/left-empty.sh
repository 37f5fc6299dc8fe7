# step: by-hand
kubectl apply -f by-hand.yaml
