# step: change
kubectl create configmap sign --from-literal=colour=green
