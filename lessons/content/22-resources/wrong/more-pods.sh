# step: box
kubectl apply -f big.yaml
kubectl scale deployment big --replicas=3
