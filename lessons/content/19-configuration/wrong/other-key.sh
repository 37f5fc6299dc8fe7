# step: missing
kubectl create configmap sign --from-literal=color=red
kubectl apply -f sign.yaml
