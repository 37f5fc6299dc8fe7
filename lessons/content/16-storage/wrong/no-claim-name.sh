# step: claim
kubectl apply -f disk.yaml
