# step: whole
kubectl apply -f big.yaml
kubectl scale deployment hungry --replicas=8
clock advance 60s
