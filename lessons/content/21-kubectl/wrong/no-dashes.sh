# step: exec
kubectl exec deployment/shop ls /usr/share/nginx/html
