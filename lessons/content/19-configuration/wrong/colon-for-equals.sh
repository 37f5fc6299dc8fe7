# step: missing
kubectl create configmap sign --from-literal=colour:red
