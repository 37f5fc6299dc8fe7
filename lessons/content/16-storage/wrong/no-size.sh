# step: claim
kubectl apply -f claim.yaml
