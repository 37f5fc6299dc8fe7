# step: box
kubectl apply -f big.yaml
kubectl set resources deployment big --requests=cpu=0
