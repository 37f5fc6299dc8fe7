# step: make
kubectl create deployment web --image=nginx
