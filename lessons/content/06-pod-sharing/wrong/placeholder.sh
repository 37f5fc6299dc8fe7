# step: network
kubectl apply -f pair.yaml
clock advance 20s
