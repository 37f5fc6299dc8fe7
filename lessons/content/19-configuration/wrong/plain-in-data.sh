# step: secret
kubectl apply -f secret.yaml
