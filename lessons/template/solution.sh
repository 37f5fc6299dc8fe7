# step: make
kubectl run web --image=nginx

# step: look
kubectl get pod web

# step: remove
kubectl delete pod web
