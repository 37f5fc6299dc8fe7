# step: exec
kubectl exec shop -- ls /usr/share/nginx/html
