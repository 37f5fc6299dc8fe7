# step: controller
kubectl create namespace ingress-nginx
kubectl create deployment nginx --image=nginx -n ingress-nginx
