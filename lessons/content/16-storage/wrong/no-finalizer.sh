# step: delete
kubectl delete pvc notes --wait=false
kubectl patch pvc notes -p '{"metadata":{"finalizers":null}}'
